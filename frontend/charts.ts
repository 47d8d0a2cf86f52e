// Charts: <figure data-chart="ID-OF-JSON-SCRIPT"> draws the ECharts option found in that JSON script element.
// Colours, fonts and number formats come from here, so a page states data and axes only. A value axis with
// `money: true` in its `axisLabel` is shown in 万 / 亿 or k / M, with `rate: true` in per cent; `figures` says what the
// figures of the tooltip are (money, count, rate); a series' `link` list makes its items open addresses.
// An option's `band` (name, from, to, low, high) is drawn as a shaded range behind the series. A button with
// `data-chart-png="ID"` saves that chart as a picture, with book, heading and what the page says of its period above it.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import {
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, LineChart, CustomChart, GridComponent, TooltipComponent, LegendComponent, DatasetComponent,
  MarkLineComponent, AriaComponent, SVGRenderer,
]);

const PALETTE = {
  light: ["#2F6FB5", "#E8B04A", "#5BBFB3", "#C8553D", "#C9A7DD", "#7A8591"],
  dark: ["#4A86CC", "#F0C060", "#4DB8A9", "#E27D66", "#D9C2F0", "#596573"],
};

export function money(value: number): string {
  const [whole, cents] = Math.abs(value).toFixed(2).split(".");
  return (value < 0 ? "\u2212" : "") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + "." + cents;
}

export function shortMoney(value: number): string {
  const lang = document.documentElement.lang;
  const size = Math.abs(value);
  const steps: [number, string][] = lang.startsWith("zh")
    ? [[1e8, lang === "zh-Hant" ? "億" : "亿"], [1e4, lang === "zh-Hant" ? "萬" : "万"]]
    : [[1e6, "M"], [1e3, "k"]];
  const step = steps.find(([limit]) => size >= limit);
  const text = step ? `${+(size / step[0]).toFixed(1)}${step[1]}` : size.toLocaleString("en", { maximumFractionDigits: 2 });
  return (value < 0 ? "\u2212" : "") + text;
}

function count(value: number): string {
  return money(value).replace(/\.00$/, "");
}

function rate(value: number): string {
  return `${money(value * 100)}%`;
}

const FIGURES: Record<string, (value: number) => string> = { money, count, rate };

type Option = Record<string, any>;

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function resolveColours(value: any): any {
  if (typeof value === "string" && value.startsWith("--")) return css(value);
  if (Array.isArray(value)) return value.map(resolveColours);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveColours(inner)]));
  }
  return value;
}

function axis(option: Option | undefined): Option | undefined {
  if (!option) return option;
  const isMoney = option.axisLabel?.money;
  return {
    ...option,
    axisLine: { lineStyle: { color: css("--bd2") }, ...(option.axisLine ?? {}) },
    axisTick: { show: false, ...(option.axisTick ?? {}) },
    splitLine: { lineStyle: { color: css("--bd") }, ...(option.splitLine ?? {}) },
    axisLabel: {
      color: css("--tx3"), fontSize: 11, ...(option.axisLabel ?? {}), ...(isMoney ? { formatter: shortMoney } : {}),
      ...(option.axisLabel?.rate ? { formatter: (value: number) => `${+(value * 100).toFixed(2)}%` } : {}),
    },
  };
}

// Labels at bars: in the page's colour, without the outline that ECharts draws, and written as the figures are.
function series(each: Option, figures: (value: number) => string): Option {
  if (!each.label?.show) return each;
  return { ...each, label: { color: css("--tx2"), formatter: ({ value }: any) => figures(value), ...each.label } };
}

function themed(source: Option): Option {
  const option = resolveColours(source) as Option;
  const mode = document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
  const figures = FIGURES[option.figures] ?? money;
  return {
    color: PALETTE[mode],
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: css("--font"), color: css("--tx2") },
    grid: { left: 8, right: 12, top: 32, bottom: 4, containLabel: true },
    legend: { left: 0, top: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: css("--tx2"), fontSize: 12 } },
    ...option,
    tooltip: {
      trigger: "axis", appendToBody: false, confine: true, backgroundColor: css("--sf"), borderColor: css("--bd2"),
      textStyle: { color: css("--tx"), fontSize: 12 }, valueFormatter: figures, ...(option.tooltip ?? {}),
    },
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
    series: option.series?.map((each: Option) => series(each, figures)),
  };
}

// A shaded range between two rows of numbers, a step as wide as its day; days without numbers are left out.
function band(source: Option): Option {
  const { band: range, ...option } = source;
  if (!range) return option;
  const series = {
    type: "custom", name: range.name, dimensions: ["day", range.from, range.to], encode: { x: 0, y: [1, 2], tooltip: [1, 2] },
    z: 1, silent: true, itemStyle: { color: css("--tx3"), opacity: 0.16 },
    data: range.low.map((low: number | null, n: number) => [n, low, range.high[n]]).filter((row: any[]) => row[1] !== null),
    renderItem(_params: any, api: any) {
      const [x, top] = api.coord([api.value(0), api.value(2)]);
      const bottom = api.coord([api.value(0), api.value(1)])[1];
      const width = api.size([1, 0])[0];
      return {
        type: "rect", shape: { x: x - width / 2, y: top, width, height: Math.max(bottom - top, 1) },
        style: { fill: css("--tx3"), opacity: 0.16 },
      };
    },
  };
  return { ...option, series: [series, ...option.series] };
}

// Save a chart as a picture twice its size: heading, the chart's own title, book and period above it.
function save(button: HTMLElement): void {
  const figure = document.querySelector<HTMLElement>(`[data-chart="${button.dataset.chartPng}"]`);
  const chart = figure && echarts.getInstanceByDom(figure);
  if (!figure || !chart) return;
  const heading = document.querySelector("h1")?.textContent?.trim() ?? "";
  const own = figure.closest("section")?.querySelector("h2")?.textContent?.trim() ?? "";
  const facts = [".top .pick .name", ".page-top .sub"]
    .map((place) => document.querySelector(place)?.textContent?.replace(/\s+/g, " ").trim())
    .filter(Boolean)
    .join(" · ");
  const picture = new Image();
  picture.onload = () => {
    const [scale, top, side] = [2, 64, 16];
    const canvas = document.createElement("canvas");
    canvas.width = (chart.getWidth() + 2 * side) * scale;
    canvas.height = (chart.getHeight() + top + side) * scale;
    const pen = canvas.getContext("2d")!;
    pen.scale(scale, scale);
    pen.fillStyle = css("--sf");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = css("--tx");
    pen.font = `600 15px ${css("--font")}`;
    pen.fillText([heading, own].filter((text, n, all) => text && all.indexOf(text) === n).join(" · "), side, 28);
    pen.fillStyle = css("--tx2");
    pen.font = `12px ${css("--font")}`;
    pen.fillText(facts, side, 48);
    pen.drawImage(picture, side, top, chart.getWidth(), chart.getHeight());
    const link = document.createElement("a");
    link.download = `${heading}-${own}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  };
  picture.src = chart.getDataURL({ type: "svg" });
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-chart-png]");
  if (button) save(button);
});

function draw(figure: HTMLElement): void {
  const source = document.getElementById(figure.dataset.chart ?? "");
  if (!source) return;
  const option = JSON.parse(source.textContent ?? "{}") as Option;
  const existing = echarts.getInstanceByDom(figure);
  const chart = existing ?? echarts.init(figure, undefined, { renderer: "svg" });
  chart.setOption(band(themed(option)), true);
  if (existing) return;
  chart.on("click", (event: any) => {
    const own = event.seriesIndex - (option.band ? 1 : 0);
    const link = (option.series?.[own]?.link ?? [])[event.dataIndex];
    if (typeof link === "string") window.location.assign(link);
  });
  new ResizeObserver(() => chart.resize()).observe(figure);
}

function drawAll(within: ParentNode = document): void {
  within.querySelectorAll<HTMLElement>("[data-chart]").forEach(draw);
}

drawAll();
document.addEventListener("htmx:load", (event) => drawAll(event.target as HTMLElement));
new MutationObserver(() => drawAll()).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
