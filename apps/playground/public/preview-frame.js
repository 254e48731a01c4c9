// Shows a block's HTML inside a frame whose origin is opaque; anywhere else it would be script of our own origin.
if (window.origin === "null" && window.parent !== window) {
  // No policy of today's browsers keeps these from the network. A frame within this one has them still.
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"])
    Object.defineProperty(window, name, { value: undefined });
  const showDocument = (event) => {
    if (event.source !== window.parent || typeof event.data?.html !== "string") return;
    window.removeEventListener("message", showDocument);
    document.open();
    document.write(event.data.html);
    document.close();
    tellHeight();
  };
  // The page makes the frame as high as what is in it.
  const tellHeight = () => {
    const root = document.documentElement;
    const tell = () => window.parent.postMessage({ previewHeight: root.offsetHeight }, "*");
    new ResizeObserver(tell).observe(root);
  };
  window.addEventListener("message", showDocument);
  window.parent.postMessage("preview-frame-ready", "*");
}
