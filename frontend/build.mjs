// Bundles the front end into src/huikuan/server/static_built.
//
// Entry points: frontend/main.ts, frontend/charts.ts, and every client/*.ts or client/*.css of a server app, which is
// built as APP/NAME. Each file name carries a hash of its content; manifest.json maps the plain names to these.
// Copies the PDF writer's fonts to src/huikuan/export/fonts. With --watch it builds again when a source changes.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const server = path.join(root, "src", "huikuan", "server");
const watching = process.argv.includes("--watch");
const published = path.join(server, "static_built");
// Built aside and then put in place, so that a running server never sees half a build.
const outdir = watching ? published : `${published}.new`;

function entryPoints() {
  const entries = [
    { in: path.join(root, "frontend", "main.ts"), out: "main" },
    { in: path.join(root, "frontend", "charts.ts"), out: "charts" },
    { in: path.join(root, "frontend", "theme.ts"), out: "theme" },
  ];
  for (const app of fs.readdirSync(server).sort()) {
    const client = path.join(server, app, "client");
    if (!fs.existsSync(client)) continue;
    for (const file of fs.readdirSync(client).sort()) {
      if (!/\.(ts|css)$/.test(file) || file.startsWith("_")) continue;
      entries.push({ in: path.join(client, file), out: `${app}/${file.replace(/\.(ts|css)$/, "")}` });
    }
  }
  return entries;
}

function sprite() {
  const names = fs.readFileSync(path.join(root, "frontend", "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
  const symbols = names.map((name) => {
    const file = path.join(root, "node_modules", "@tabler", "icons", "icons", "outline", `${name}.svg`);
    const svg = fs.readFileSync(file, "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    const paths = inner.replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${paths}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

function writeHashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { dir, name: stem, ext } = path.parse(name);
  const hashed = path.posix.join(dir, `${stem}-${hash}${ext}`);
  fs.mkdirSync(path.dirname(path.join(outdir, hashed)), { recursive: true });
  fs.writeFileSync(path.join(outdir, hashed), content);
  return hashed;
}

// Compressed twins which the server sends to browsers that take them.
function compress(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) compress(file);
    else if (/-[A-Z0-9]{8}\.(js|css|svg)$/.test(entry.name)) {
      const content = fs.readFileSync(file);
      fs.writeFileSync(`${file}.gz`, zlib.gzipSync(content, { level: 9 }));
      fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(content));
    }
  }
}

// The PDF writer's fonts: regular and bold of Noto Sans for both Chinese scripts, with their licence.
function copyFonts() {
  const target = path.join(root, "src", "huikuan", "export", "fonts");
  fs.mkdirSync(target, { recursive: true });
  for (const script of ["SC", "TC"]) {
    const folder = path.join(root, "node_modules", "@expo-google-fonts", `noto-sans-${script.toLowerCase()}`);
    for (const weight of ["400Regular", "700Bold"]) {
      const file = `NotoSans${script}_${weight}.ttf`;
      const plain = `NotoSans${script}-${weight.slice(3)}.ttf`;
      fs.copyFileSync(path.join(folder, weight, file), path.join(target, plain));
    }
    fs.copyFileSync(path.join(folder, "LICENSE_FONT"), path.join(target, `LICENSE_NotoSans${script}`));
  }
}

const manifestPlugin = {
  name: "manifest",
  setup(build) {
    build.onEnd((result) => {
      if (result.errors.length) return;
      const manifest = { "icons.svg": writeHashed("icons.svg", sprite()) };
      manifest["logo.svg"] = writeHashed("logo.svg", fs.readFileSync(path.join(root, "frontend", "logo.svg")));
      for (const output of Object.keys(result.metafile.outputs)) {
        const hashed = path.relative(outdir, path.join(root, output)).split(path.sep).join("/");
        if (hashed.endsWith(".map") || hashed.startsWith("chunks/")) continue;
        manifest[hashed.replace(/-[A-Z0-9]{8}(\.\w+)$/, "$1")] = hashed;
      }
      const text = JSON.stringify(manifest, Object.keys(manifest).sort(), 1) + "\n";
      fs.writeFileSync(path.join(outdir, "manifest.json.new"), text);
      fs.renameSync(path.join(outdir, "manifest.json.new"), path.join(outdir, "manifest.json"));
    });
  },
};

const options = {
  absWorkingDir: root,
  entryPoints: entryPoints(),
  outdir,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["es2021", "chrome100", "firefox100", "safari15"],
  entryNames: "[dir]/[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff2": "file" },
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  nodePaths: [path.join(root, "node_modules")],
  plugins: [manifestPlugin],
};

if (watching) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  fs.rmSync(outdir, { recursive: true, force: true });
  await esbuild.build(options);
  compress(outdir);
  fs.rmSync(published, { recursive: true, force: true });
  fs.renameSync(outdir, published);
  copyFonts();
}
