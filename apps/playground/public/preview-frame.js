// Shows a block's HTML inside a frame whose origin is opaque; anywhere else it would be script of our own origin.
if (window.origin === "null" && window.parent !== window) {
  const showDocument = (event) => {
    if (event.source !== window.parent || typeof event.data?.html !== "string") return;
    window.removeEventListener("message", showDocument);
    document.open();
    document.write(event.data.html);
    document.close();
  };
  window.addEventListener("message", showDocument);
  window.parent.postMessage("preview-frame-ready", "*");
}
