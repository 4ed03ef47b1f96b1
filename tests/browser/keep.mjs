/** Asks the search page to keep itself for when there is no network, and waits until it says what came of it. */
export async function keep(page) {
  await page.getByRole("button", { name: "Keep for offline use" }).click();
  await page.locator("#offline", { hasText: /works offline|could not be kept/ }).waitFor();
  return page.locator("#offline [role=status]").textContent();
}
