package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.ClientException;
import com.clickhouse.client.api.ClientMisconfigurationException;
import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.ServerException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InsertFailureTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 159, 164, 201, 202, 209, 210, 241, 242, 252, 319, 425, 516, 999, 12345})
  void triesAgainWhatTheServerMayTakeLater(int code) {
    assertThat(InsertFailure.isLasting(refusal(code))).isFalse();
    assertThat(InsertFailure.isLasting(new ExecutionException(refusal(code)))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 27, 33, 47, 60, 81, 117, 497})
  void givesUpAtOnceWhatTheServerWillNeverTake(int code) {
    assertThat(InsertFailure.isLasting(refusal(code))).isTrue();
    assertThat(InsertFailure.isLasting(new SQLException("told", "22000", code, refusal(code))))
        .isTrue();
  }

  @Test
  void triesAgainWhenTheConnectionFails() {
    assertThat(InsertFailure.isLasting(new IOException())).isFalse();
    assertThat(
            InsertFailure.isLasting(
                new ConnectionInitiationException("no", new ConnectException("refused"))))
        .isFalse();
    assertThat(InsertFailure.isLasting(new SQLException("no", new SocketTimeoutException("late"))))
        .isFalse();
    assertThat(InsertFailure.isLasting(new ClientException("Unexpected result status 504")))
        .isFalse();
  }

  @Test
  void givesUpAtOnceWhatIsWrongOnThisSide() {
    assertThat(InsertFailure.isLasting(new NullPointerException())).isTrue();
    assertThat(InsertFailure.isLasting(new SQLException("cannot bind"))).isTrue();
    assertThat(InsertFailure.isLasting(new ClientMisconfigurationException("no such option")))
        .isTrue();
  }

  @Test
  void quotesTheServerAndNamesTheInnermostCauseOfAllElse() {
    assertThat(InsertFailure.words(new ExecutionException(refusal(60)))).isEqualTo("Code: 60. No.");
    assertThat(InsertFailure.words(new IOException("far", new ConnectException("refused"))))
        .isEqualTo("ConnectException: refused");
    assertThat(InsertFailure.words(new NullPointerException())).isEqualTo("NullPointerException");
    assertThat(InsertFailure.words(new IOException("x".repeat(5_000)))).hasSize(1_001);
  }

  private static ServerException refusal(int code) {
    return new ServerException(code, "Code: " + code + ". No.", 500, "query");
  }
}
