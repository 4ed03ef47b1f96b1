/** A stylesheet's text, which the build puts into the bundle. */
declare module "*.css" {
  const text: string;
  export default text;
}
