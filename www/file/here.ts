/** The folder of the script that this is bundled into; a script is told its own address only while it begins. */
const folder = new URL("./", (document.currentScript as HTMLScriptElement | null)?.src || document.baseURI).href;

export const here = (): string => folder;
