// The total beside the form, and on the button, follows the chosen way of sending.
const show = (name, words) => {
  const place = document.querySelector(name);
  if (place && words) place.textContent = words;
};
const follow = ({ dataset }) => {
  show("[data-shown-name]", dataset.name);
  show("[data-shown-shipping]", dataset.shipping);
  show("[data-shown-total]", dataset.total);
  show("[data-shown-pay]", `Pay ${dataset.total}`);
};
const chosen = document.querySelector("input[name=shipping_method]:checked");
if (chosen) follow(chosen);
document.addEventListener("change", ({ target }) => {
  if (target.matches("input[name=shipping_method]")) follow(target);
});
