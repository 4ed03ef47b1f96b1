/** The folder that this file is in: an index folder, since `bifocal build` puts it there. The npm package has another of these. */
export const here = (): string => new URL("./", import.meta.url).href;
