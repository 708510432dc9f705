// Records that could not be used: what is wrong with each, and what to do about it. They belong to accounts, not to
// scripts, since what is wrong may be the script's name.
import { Json } from "../components/json";
import { List, type Column } from "../components/list";
import { Copy, Empty, Failed, Loading, Notice } from "../components/parts";
import { Side } from "../components/side";
import { address, go, param } from "../state/address";
import { route, type RejectedRecord } from "../state/api";
import { count, NONE } from "../state/format";
import { useKeys } from "../state/keys";
import { useAnswer, useMay } from "../state/query";
import { account } from "../state/scope";
import { iso, range, rangeTitle, stamp } from "../state/time";

const MOST = 100;

const PRODUCER = "Correct what the producer sends, and send it again.";
const CLOCK = "Correct the clock of the producer. For events of the past, raise event.max-age.";
const SAME_ID = "Find out who sends the second one. A retry under the same run ID needs another attempt.";

/** What a reason means, and what to do. */
const REASONS: Record<string, [means: string, todo: string]> = {
  empty: ["The record has no bytes.", PRODUCER],
  not_json: ["The record is not one JSON object.", PRODUCER],
  not_protobuf: ["The record is neither JSON nor OTLP in Protocol Buffers.", PRODUCER],
  not_utf8: ["The record is not UTF-8.", PRODUCER],
  missing_field: ["The event lacks a field that it needs.", PRODUCER],
  wrong_type: ["A field has the wrong type of JSON.", PRODUCER],
  bad_value: ["A field has a value that it cannot have.", PRODUCER],
  negative_time: ["A time is before 1970.", CLOCK],
  too_old: ["The event is older than the job takes, or than its account keeps.", CLOCK],
  too_far_ahead: ["The event is from the future.", CLOCK],
  too_large: ["The record is larger than event.max-bytes.", "Send less, or raise event.max-bytes."],
  contradicting_start: ["Another run has this run ID: what started is not what is known of it.", SAME_ID],
  contradicting_end: ["The run has ended otherwise already, or another run has its ID. The first end counts.", SAME_ID],
  end_after_timeout: ["The end came after the run had failed by run.timeout.", "Raise run.timeout."],
  late_start: ["The start came when the end of its run was no longer kept.", "Raise run.await-start."],
};

function keyOf(one: RejectedRecord): string {
  return [one.topic, one.kafkaPartition, one.kafkaOffset, one.item, one.arrivedAt].join("/");
}

/** The records of the chosen account, or of all that the caller sees. */
function pathOf(limit: number): string {
  const { from, to } = range.value;
  return route("rejected", { account: account.value, startTime: iso(from), endTime: iso(to), limit });
}

/** Says that there are some, and what is wrong with the newest; says nothing to whoever may not see them. */
export function RejectedNotice() {
  const may = useMay("rejected:read");
  const answer = useAnswer<{ rejected: RejectedRecord[] }>(may ? pathOf(1) : null);
  const last = answer.value?.rejected[0];
  return last ? (
    <Notice
      title="Some records could not be used."
      at={last.arrivedAt}
      text={last.detail}
      href={address({ script: null, filter: null, run: null, entry: null }, "rejected")}
      action="Show them"
    />
  ) : null;
}

const ACCOUNT: Column<RejectedRecord> = {
  name: "account",
  title: "Account",
  least: 110,
  rank: 3,
  cell: (one) => (one.account ? <bdi>{one.account}</bdi> : <span title="The account could not be read">{NONE}</span>),
};

const COLUMNS: Column<RejectedRecord>[] = [
  {
    name: "arrived",
    title: "Arrived",
    least: 190,
    share: 0.3,
    rank: 1,
    cell: (one) => <time dateTime={one.arrivedAt}>{stamp(one.arrivedAt)}</time>,
  },
  { name: "reason", title: "Reason", least: 164, share: 0.3, rank: 2, cell: (one) => <code>{one.reason}</code> },
  {
    name: "detail",
    title: "What is wrong",
    least: 200,
    share: 4,
    rank: 0,
    cell: (one) => <bdi title={one.detail}>{one.detail}</bdi>,
  },
  { name: "topic", title: "Topic", least: 110, share: 0.3, rank: 5, cell: (one) => one.topic },
];

/** Where the records of all accounts are listed. */
const COLUMNS_OF_ALL = [...COLUMNS, ACCOUNT];

export function RejectedView() {
  const answer = useAnswer<{ rejected: RejectedRecord[] }>(pathOf(MOST));
  const rows = answer.value?.rejected ?? [];
  const open = param("entry");
  const at = rows.findIndex((one) => keyOf(one) === open);
  const step = (by: number) => {
    const next = rows[at < 0 ? 0 : at + by];
    if (next) {
      go({ entry: keyOf(next) }, "rejected", at >= 0);
    }
  };
  useKeys([
    { key: "j", title: "Next record", press: () => step(1) },
    { key: "k", title: "Previous record", press: () => step(-1) },
    { key: "Escape", title: "Close what is open at the side", press: () => go({ entry: null }) },
  ]);
  const chosen = rows[at];
  return (
    <div class={chosen ? "split with-side" : "split"}>
      <main class="scroll view" id="view">
        <div class="row-of">
          <h1 class="view-title">
            Records that could not be used{" "}
            <span class="note">
              {rangeTitle.value}
              {rows.length === MOST && `, the newest ${count(MOST)}`}
            </span>
          </h1>
          <span class="space" />
          <a class="button small" href={address({ entry: null }, "runs")}>
            {account.value ? "Scripts" : "Accounts"}
          </a>
        </div>
        {answer.problem ? (
          <Failed problem={answer.problem} retry={answer.retry} />
        ) : !answer.value ? (
          <Loading what="records" />
        ) : rows.length === 0 ? (
          <Empty title="Every record of this range could be used" />
        ) : (
          <div class={answer.loading ? "waiting" : ""} aria-busy={answer.loading}>
            <List
              label="Records that could not be used"
              columns={account.value ? COLUMNS : COLUMNS_OF_ALL}
              rows={rows}
              keyOf={keyOf}
              openKey={open}
              onOpen={(one) => go({ entry: keyOf(one) })}
            />
          </div>
        )}
      </main>
      {chosen && <RejectedPanel record={chosen} />}
    </div>
  );
}

function RejectedPanel({ record }: { record: RejectedRecord }) {
  const [means, todo] = REASONS[record.reason] ?? [];
  const place = `${record.topic}, partition ${record.kafkaPartition}, offset ${record.kafkaOffset}`;
  return (
    <Side
      label="Record that could not be used"
      what="the record"
      id={keyOf(record)}
      head={
        <h2>
          <code>{record.reason}</code>
        </h2>
      }
      onClose={() => go({ entry: null })}
    >
      <p>
        <b>
          <bdi>{record.detail}</bdi>
        </b>
      </p>
      {means && (
        <p>
          {means} {todo}
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>Arrived</dt>
          <dd>{stamp(record.arrivedAt)}</dd>
        </div>
        <div>
          <dt>Account</dt>
          <dd>
            {record.account ? (
              <bdi>{record.account}</bdi>
            ) : (
              "It could not be read, so only those who see all accounts see this record"
            )}
          </dd>
        </div>
        <div>
          <dt>In Kafka</dt>
          <dd>
            {place}
            {record.item > 0 && `, item ${record.item}`}
          </dd>
        </div>
      </dl>
      <Received label="As received" text={record.bytes} />
      {record.resource && <Received label="Resource" text={record.resource} />}
    </Side>
  );
}

/** As a tree where it is JSON, and else as it is. */
function Received({ label, text }: { label: string; text: string }) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return (
      <section>
        <h3>
          {label} <Copy text={() => text} title={`Copy the text ${label.toLowerCase()}`} />
        </h3>
        <pre class="stack" tabIndex={0} aria-label={label}>
          {text || "Nothing"}
        </pre>
      </section>
    );
  }
  return <Json label={label} value={value} />;
}
