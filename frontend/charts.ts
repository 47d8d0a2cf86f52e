// Charts: <figure data-chart="ID-OF-JSON-SCRIPT"> draws the ECharts option found in that JSON script element.
// Colours, fonts and number formats come from here, so a page states data and axes only. A value axis with
// `money: true` in its `axisLabel` is shown in 万 / 亿 or k / M, with `rate: true` in per cent; `figures` says what the
// figures of the tooltip are (money, count, rate); a series' `link` list makes its items open addresses.
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
  const text = step ? `${+(size / step[0]).toFixed(1)}${step[1]}` : `${+size.toFixed(2)}`;
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

function themed(source: Option): Option {
  const option = resolveColours(source) as Option;
  const mode = document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
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
      textStyle: { color: css("--tx"), fontSize: 12 }, valueFormatter: FIGURES[option.figures] ?? money, ...(option.tooltip ?? {}),
    },
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
  };
}

function draw(figure: HTMLElement): void {
  const source = document.getElementById(figure.dataset.chart ?? "");
  if (!source) return;
  const option = JSON.parse(source.textContent ?? "{}") as Option;
  const existing = echarts.getInstanceByDom(figure);
  const chart = existing ?? echarts.init(figure, undefined, { renderer: "svg" });
  chart.setOption(themed(option), true);
  if (existing) return;
  chart.on("click", (event: any) => {
    const link = (option.series?.[event.seriesIndex]?.link ?? [])[event.dataIndex];
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
