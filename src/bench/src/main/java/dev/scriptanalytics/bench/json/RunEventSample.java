package dev.scriptanalytics.bench.json;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A run event to be read. */
public enum RunEventSample {
  /** 400 bytes, as most events of the throughput benchmark. */
  TYPICAL(1),
  /** 20 KB, nearly all of them in the input and the output. */
  LARGE(400);

  private final int lines;

  RunEventSample(int lines) {
    this.lines = lines;
  }

  /** The event as a producer sends it. */
  byte[] json() {
    return """
    {"account":"acme","run_id":"run_0012d68790b5e7a1","script":"script_7",\
    "deployment_id":"deploy_02","deployment_version":2,"function":"handle_order",\
    "status":"success","started_at":1764316800123,"response_time_ms":41.327,\
    "source_type":"api","source":"endpoint-3","input":{"customer":"c_41877","lines":[%s]},\
    "output":{"order":"90b5e7a1","accepted":[%s]},\
    "trace_id":"5bd66ef5095369c7b0d1f8f4bd33716a"}"""
        .formatted(list("{\"sku\":\"SKU-%d\"}"), list("{\"sku\":\"SKU-%d\"}"))
        .getBytes(UTF_8);
  }

  private String list(String line) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      list.append(i == 0 ? "" : ",").append(line.formatted(10_000 + i));
    }
    return list.toString();
  }
}
