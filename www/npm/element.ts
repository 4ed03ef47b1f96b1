/** `bifocal/element`: importing it defines `<bifocal-search>`. Its attribute `index` names the index folder, `/bifocal/` unless given. */

import { define } from "../element/bifocal-search.js";

define();

export * from "../element/bifocal-search.js";
