package dev.scriptanalytics.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import org.junit.jupiter.api.Test;

class ScriptInternerTest {
  @Test
  void givesEqualScriptsAsOne() {
    ScriptInterner scripts = new ScriptInterner(16);
    Script first = scripts.known(Script.of("acme", "Qbalance"));
    assertThat(scripts.known(Script.of("acme", "Qbalance"))).isSameAs(first);
    assertThat(scripts.known(Script.of("other", "Qbalance")))
        .isEqualTo(Script.of("other", "Qbalance"));
  }

  @Test
  void givesTheRightScriptWhereOthersHaveTakenItsPlace() {
    ScriptInterner scripts = new ScriptInterner(1);
    for (int i = 0; i < 10; i++) {
      Script script = Script.of("acme", "script_" + i % 3);
      assertThat(scripts.known(script)).isEqualTo(script);
    }
  }
}
