import "uplot/dist/uPlot.min.css";
import "./style.css";
import { render } from "preact";
import { followLinks } from "./state/address";
import { listenForKeys } from "./state/keys";
import { App } from "./views/app";

followLinks();
listenForKeys();
const root = document.getElementById("page")!;
root.replaceChildren();
render(<App />, root);
