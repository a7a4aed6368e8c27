// Counts as one types: letters that are left, and shares that must add up.
for (const part of document.querySelectorAll("[data-counted]")) {
  const field = part.querySelector("input, textarea");
  const said = part.querySelector("[data-count]");
  field.addEventListener("input", () => {
    said.textContent = `${[...field.value].length} of ${field.maxLength} letters`;
  });
}

for (const part of document.querySelectorAll("[data-sum]")) {
  const said = part.nextElementSibling;
  part.addEventListener("input", () => {
    const numbers = [...part.querySelectorAll('[inputmode="numeric"]')].map((field) => Number(field.value));
    const sum = numbers.reduce((total, number) => total + number, 0);
    const wanted = Number(part.dataset.sum);
    if (Number.isNaN(sum)) said.textContent = "Whole numbers only";
    else said.textContent = sum === wanted ? `Adds up to ${sum} %` : `Adds up to ${sum} %; it must be ${wanted}`;
  });
}
