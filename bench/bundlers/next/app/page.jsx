// On the server the index is a folder, whose path the build is told.

import { open } from "bifocal";
import Search from "./search.jsx";

export default async function Page() {
  const search = await open(process.env.INDEX);
  const { hits } = await search.search("ownership");
  search.close();
  return <><p id="server">{hits.length}</p><Search /></>;
}
