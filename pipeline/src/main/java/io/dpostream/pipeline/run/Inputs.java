package io.dpostream.pipeline.run;

import io.dpostream.judge.Judges;
import io.dpostream.judge.service.JudgeService;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.torch.TorchEngine;
import io.dpostream.sampler.feed.PromptsFile;
import java.nio.file.Path;

/** Checks the inputs of a run before anything is started, so that a mistake is reported at once. */
public final class Inputs {

  private Inputs() {}

  /**
   * Opens models, prompts and judges, and closes them again.
   *
   * @throws io.dpostream.settings.UserException when prompts, judges or settings cannot be used
   * @throws io.dpostream.policy.checkpoint.CheckpointException when a model folder cannot be used
   * @throws io.dpostream.policy.torch.DeviceUnavailableException when a device is not there
   */
  static void check(Settings settings) {
    checkModels(settings);
    TorchEngine.requireDevice(settings.sampler().device());
    if (!settings.prompts().file().isEmpty()) {
      PromptsFile.read(Path.of(settings.prompts().file()));
    }
    settings.evaluation().prompts().ifPresent(file -> PromptsFile.read(Path.of(file)));
    settings.evaluation().newJudge().close();
    JudgeService.check(settings.judge(), Judges.onClassPath());
  }

  /** Opens only the models, closes them again, and looks for the device. */
  public static void checkModels(Settings settings) {
    TorchEngine.requireDevice(settings.device());
    checkModel(settings.run().modelFolder());
    checkModel(settings.run().referenceFolder());
  }

  private static void checkModel(Path folder) {
    Safetensors.openFolder(CheckpointFolder.open(folder).path());
  }
}
