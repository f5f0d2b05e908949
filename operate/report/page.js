// Runs in the page, not here: puts a button that copies it beside each command.
for (const block of document.querySelectorAll(".command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const text = block.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = " Copied.";
    } catch {
      getSelection().selectAllChildren(block.querySelector("code"));
      said.textContent = " Selected: copy it with your keyboard.";
    }
  });
  block.append(button, said);
}
