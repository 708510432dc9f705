// The menu of files: what the list shows, by its range and filter, as many rows as there are.
import { Icon } from "../components/parts";
import { Popover } from "../components/popover";
import { param } from "../state/address";
import { inRange } from "../state/scope";

const FORMATS = [
  { ending: "csv", title: "CSV", note: "the columns of the list, for a spreadsheet" },
  { ending: "ndjson", title: "NDJSON", note: "all columns, an object a line" },
  { ending: "parquet", title: "Parquet", note: "all columns, for programs" },
];
const TEXT = { ending: "txt", title: "Text", note: "a line for each entry" };

export function ExportMenu({ of }: { of: "runs" | "logs" }) {
  const formats = of === "logs" ? [...FORMATS, TEXT] : FORMATS;
  const filtered = param("filter") !== null;
  return (
    <Popover
      title={`Export ${of === "runs" ? "All Runs" : "Logs"}`}
      class="button small"
      align="end"
      label={
        <>
          <Icon name="download" />
          <span class="wide-only">Export</span>
        </>
      }
    >
      {(close) => (
        <>
          <p class="note pad">
            {filtered ? "The rows of the range that pass the filter" : "All rows of the range"}, newest first
          </p>
          {formats.map(({ ending, title, note }) => (
            <a
              key={ending}
              class="option"
              href={inRange(`exports/${of}_data.${ending}`, {
                filter: param("filter"),
                bom: ending === "csv" ? "true" : null,
              })!}
              download=""
              onClick={close}
            >
              <span class="option-title">{title}</span>
              <span class="note">{note}</span>
            </a>
          ))}
        </>
      )}
    </Popover>
  );
}
