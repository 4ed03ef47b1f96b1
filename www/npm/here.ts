/** Where an index is, unless the package is told otherwise: its own files are in no index folder. */
export const here = (): string => "/bifocal/";
