import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

export default defineConfig({
  integrations: [starlight({ title: "Hives", pagefind: false, components: { Search: "./src/components/Search.astro" } })],
});
