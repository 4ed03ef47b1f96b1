/** The search page: the element in its widest shape, and the site's name about it. */

import { offerOffline } from "./keep.js";
import "./title.js";

void offerOffline(document.getElementById("offline")!);
