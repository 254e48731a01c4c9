// Shows a block's HTML inside a frame whose origin is opaque; anywhere else it would be script of our own origin.
if (window.origin === "null" && window.parent !== window) {
  // No policy of today's browsers keeps these from the network. A frame within this one has them still.
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"])
    Object.defineProperty(window, name, { value: undefined });
  const showDocument = (event) => {
    if (event.source !== window.parent || typeof event.data?.html !== "string") return;
    window.removeEventListener("message", showDocument);
    document.open();
    // Opening has removed all listeners.
    tellWhatIsMissing();
    document.write(withOwnLibraries(event.data.html));
    document.close();
    tellHeight();
    // Scripts from elsewhere hold up what is behind them.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", softenPaper);
    else softenPaper();
  };
  // The libraries that plots are drawn with come with this page, so that they draw without a network: those that our plots name, and
  // those of pages that Python's plotly makes. Before its version 3 Plotly understood titles that it ignores now.
  const onNpm = "https://(?:cdn\\.jsdelivr\\.net/npm|unpkg\\.com)";
  const libraries = {
    "vega.js": `${onNpm}/vega@6[\\d.]*(?:/build/vega(?:\\.min)?\\.js)?`,
    "vega-lite.js": `${onNpm}/vega-lite@6[\\d.]*(?:/build/vega-lite(?:\\.min)?\\.js)?`,
    "plotly.js": `https://cdn\\.plot\\.ly/plotly-[34]\\.[\\d.]+?(?:\\.min)?\\.js|${onNpm}/plotly\\.js(?:-dist(?:-min)?)?@[34][\\d.]*(?:/(?:dist/)?plotly(?:\\.min)?\\.js)?`,
  };
  const ownFolder = new URL("./plot-libraries/", location.href).href;
  const ownAddress = (address) => {
    const [name] =
      Object.entries(libraries).find(([, form]) => new RegExp(`^(?:${form})$`).test(address)) ?? [];
    return name === undefined ? undefined : ownFolder + name;
  };
  // The whole tag: a hash in it is that of another file.
  const withOwnLibraries = (html) =>
    html.replace(/<script\b[^>]*?\ssrc=(["'])(https:[^"']*)\1[^>]*>/gi, (tag, _quote, address) => {
      const own = ownAddress(address);
      return own === undefined ? tag : `<script src="${own}">`;
    });
  // A page that breaks for want of a script says which. Those with our libraries say it themselves.
  const tellWhatIsMissing = () => {
    const missing = new Set();
    let isBroken = false;
    const words = document.createElement("p");
    const tell = () => {
      if (!isBroken || missing.size === 0) return;
      words.textContent = `This page needs ${[...missing].join(" and ")}, which could not be loaded here.`;
      if (!words.isConnected) document.body?.prepend(words);
    };
    const onScript = ({ target }) => {
      if (target instanceof HTMLScriptElement && !target.src.startsWith(ownFolder)) missing.add(target.src);
      tell();
    };
    const onBroken = () => {
      isBroken = true;
      tell();
    };
    // That a script does not load is told to itself alone.
    document.addEventListener("error", onScript, true);
    window.addEventListener("error", onBroken);
    window.addEventListener("unhandledrejection", onBroken);
    document.addEventListener("DOMContentLoaded", tell);
  };
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
