/** The search page: the element in its widest shape, and the site's name about it. */

import { offerOffline } from "./keep.js";
import "./title.js";
import { speak } from "./words.js";

speak();
void offerOffline(document.getElementById("offline")!);
