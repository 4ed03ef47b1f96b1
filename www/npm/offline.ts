/** `bifocal/offline`: keeping an index for when there is no network, from one's own service worker and from a page. */

export { offline, type OfflineOptions } from "../offline/offline.js";
export { KeepError, keepOffline } from "../offline/keep.js";
