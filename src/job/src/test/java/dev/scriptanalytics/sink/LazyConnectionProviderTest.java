package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Driver;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.UserCodeClassLoader;
import org.junit.jupiter.api.Test;

class LazyConnectionProviderTest {

  @Test
  void takesTheDriverOutOfTheJvmWhenTheJobsClassesGo() throws Exception {
    ClickHouseConnection connection = ClickHouseConnection.of(Settings.of("http://localhost:1"));
    connection.openJdbc().close();
    assertThat(DriverManager.drivers()).anyMatch(LazyConnectionProviderTest::isClickHouses);
    List<Runnable> hooks = new ArrayList<>();

    new LazyConnectionProvider(connection)
        .forgetDriverAfter(
            new UserCodeClassLoader() {
              @Override
              public ClassLoader asClassLoader() {
                return LazyConnectionProviderTest.class.getClassLoader();
              }

              @Override
              public void registerReleaseHookIfAbsent(String name, Runnable hook) {
                hooks.add(hook);
              }
            });
    hooks.forEach(Runnable::run);

    assertThat(DriverManager.drivers()).noneMatch(LazyConnectionProviderTest::isClickHouses);
  }

  private static boolean isClickHouses(Driver driver) {
    return driver.getClass().getName().startsWith("com.clickhouse.");
  }
}
