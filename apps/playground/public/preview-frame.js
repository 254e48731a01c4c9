// Shows a block's HTML inside a frame whose origin is opaque; anywhere else it would be script of our own origin.
if (window.origin === "null" && window.parent !== window) {
  // No policy of today's browsers keeps these from the network. A frame within this one has them still.
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"])
    Object.defineProperty(window, name, { value: undefined });
  const showDocument = (event) => {
    if (event.source !== window.parent || typeof event.data?.html !== "string") return;
    window.removeEventListener("message", showDocument);
    document.open();
    document.write(withOwnLibraries(event.data.html));
    document.close();
    tellHeight();
    // Scripts from elsewhere hold up what is behind them.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", softenPaper);
    else softenPaper();
  };
  // The libraries that plots are drawn with come with this page, so that they draw without a network.
  const libraries = {
    "vega@6": "vega.js",
    "vega-lite@6": "vega-lite.js",
    "plotly.js-dist-min@4": "plotly.js",
  };
  const withOwnLibraries = (html) =>
    html.replace(
      /https:\/\/cdn\.jsdelivr\.net\/npm\/(vega@6|vega-lite@6|plotly\.js-dist-min@4)(?=["'])/g,
      (_, name) => new URL(`./plot-libraries/${libraries[name]}`, location.href).href,
    );
  // A page that says nothing of dark readers and has no background expects white; grey blinds less, and black can be read on it.
  const softenPaper = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const root = document.documentElement;
    const isBare = [root, document.body].every((element) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(element);
      return backgroundColor === "rgba(0, 0, 0, 0)" && backgroundImage === "none";
    });
    if (!isBare || document.querySelector('meta[name="color-scheme"]')) return;
    const paint = () => {
      root.style.background = dark.matches ? "#bcb9c6" : "";
    };
    dark.addEventListener("change", paint);
    paint();
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
