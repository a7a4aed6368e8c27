// A new password is typed once; this button lets one read it. Found by autocomplete="new-password".

for (const input of document.querySelectorAll('input[autocomplete="new-password"]')) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-second button-small";
  button.textContent = "Show it";
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? "Hide it" : "Show it";
  });
  input.after(button);
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}
