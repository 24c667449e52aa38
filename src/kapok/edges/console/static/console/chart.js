// Draws every <figure data-chart="ID"> from the JSON in #ID, in the colours of the theme. ECharts is fetched only when needed.
(function () {
  const source = document.currentScript.dataset.echarts;
  let library;
  const load = () => (library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  }));

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      ink: of("--kapok-chart-ink"), line: of("--kapok-chart-line"), paper: of("--kapok-chart-paper"),
      tones: { good: of("--kapok-chart-good"), bad: of("--kapok-chart-bad") },
      palette: of("--kapok-chart-palette").split(",").map((colour) => colour.trim()),
    };
  }

  function axis(given, { ink, line }) {
    if (!given) return undefined;
    if (Array.isArray(given)) return given.map((each) => axis(each, { ink, line }));
    return {
      ...given,
      axisLabel: { color: ink, hideOverlap: true, ...given.axisLabel },
      axisLine: { lineStyle: { color: line } }, nameTextStyle: { color: ink },
      splitLine: { lineStyle: { color: line }, show: given.type !== "category" },
    };
  }

  function dressed(option) {
    const colour = colours();
    const animation = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      animation, animationDuration: 300, color: colour.palette, backgroundColor: "transparent",
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour.ink },
      // Rich text is drawn on the canvas; HTML tooltips would need inline styles, which the content security policy forbids.
      tooltip: { trigger: option.xAxis ? "axis" : "item", renderMode: "richText", backgroundColor: colour.paper, borderColor: colour.line, textStyle: { color: colour.ink } },
      ...option,
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true, ...option.grid },
      series: (option.series || []).map((each) => (each.tone ? { ...each, color: colour.tones[each.tone] } : each)),
      legend: { top: 0, type: "scroll", textStyle: { color: colour.ink }, ...option.legend },
      xAxis: axis(option.xAxis, colour), yAxis: axis(option.yAxis, colour),
    };
  }

  function draw(figure) {
    const canvas = figure.querySelector(".chart-drawing");
    const option = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    echarts.getInstanceByDom(canvas)?.dispose();
    const chart = echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(dressed(option));
    if (!canvas.dataset.watched) {
      canvas.dataset.watched = "yes";
      new ResizeObserver(() => echarts.getInstanceByDom(canvas)?.resize()).observe(canvas);
    }
  }

  async function drawAll(within) {
    const figures = within.querySelectorAll("[data-chart]");
    if (!figures.length) return;
    await load();
    figures.forEach(draw);
  }

  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.target));
  document.addEventListener("kapok:theme", () => drawAll(document));
})();
