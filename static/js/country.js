// Another country asks for other fields and prices: send what is there and get the form anew.
for (const form of document.querySelectorAll("[data-country-form]")) {
  const button = form.querySelector("[data-change-country]");
  if (!button) continue;
  button.parentElement.hidden = true;
  form.querySelector("select[name=country]")?.addEventListener("change", () => button.click());
}
