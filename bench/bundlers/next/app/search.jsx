"use client";

import { open } from "bifocal";
import { useEffect } from "react";
import "bifocal/element";

export default function Search() {
  useEffect(() => {
    open("/bifocal/").then((search) => search.search("ownership")).then(({ hits }) => console.log(JSON.stringify({ result: hits.length })));
  }, []);
  return <bifocal-search />;
}
