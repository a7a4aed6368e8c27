// Without scripts the button could do nothing: the style sheet hides it then.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
