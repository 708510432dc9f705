package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.row.RunRow;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ScriptCacheTest {
  private final RunEvents events = new RunEvents();
  private final ScriptCache scripts = new ScriptCache(4);

  @Test
  void givesTheSameObjectForTheSameScript() {
    Script first = scripts.of(run("acme", "Qbalance"));

    assertThat(first).isEqualTo(Script.of("acme", "Qbalance"));
    assertThat(scripts.of(run("acme", "Qbalance"))).isSameAs(first);
  }

  @Test
  void keepsAccountAndNameApart() {
    assertThat(scripts.of(run("ab", "c"))).isEqualTo(Script.of("ab", "c"));
    assertThat(scripts.of(run("a", "bc"))).isEqualTo(Script.of("a", "bc"));
  }

  @Test
  void givesTheRightScriptThoughManyShareAPlace() {
    for (int i = 0; i < 1000; i++) {
      String name = "script-" + i % 37;
      assertThat(scripts.of(run("acme", name))).isEqualTo(Script.of("acme", name));
    }
  }

  @Test
  void doesNotHoldOnToTheRow() {
    RunRow run = run("acme", "Qbalance");
    Script script = scripts.of(run);
    byte[] row = run.bytes();
    Arrays.fill(row, (byte) 'x');

    assertThat(script).isEqualTo(Script.of("acme", "Qbalance"));
  }

  private RunRow run(String account, String script) {
    byte[] row = events.start("a").with("account", account).with("script", script).decoded().row;
    return new RunRow().wrap(row);
  }
}
