package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;

/** How a platform tells a script's deployments apart. */
public enum DeploymentNaming {
  /** By a number, and an id beside it. */
  NUMBER {
    @Override
    Deployment deployment(int version, String hexadecimal) {
      return new Deployment("deploy_" + hexadecimal, version);
    }
  },
  /** By a semantic version alone. */
  SEMANTIC_VERSION {
    @Override
    Deployment deployment(int version, String hexadecimal) {
      return new Deployment("v1." + version / 10 + "." + version % 10, 0);
    }
  },
  /** By the commit alone; it begins with a letter, so that it cannot be taken for a number. */
  COMMIT {
    @Override
    Deployment deployment(int version, String hexadecimal) {
      return new Deployment("c" + hexadecimal.substring(0, 6), 0);
    }
  };

  /**
   * What is told of a version.
   *
   * @param hexadecimal eight digits that depend on the version
   */
  abstract Deployment deployment(int version, String hexadecimal);
}
