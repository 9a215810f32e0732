namespace Distill.Cli.Drafting;

/// <summary>The lengths of a drafted pipeline's stages.</summary>
/// <param name="Pretrain">Steps of pretraining.</param>
/// <param name="FineTune">Steps of fine-tuning.</param>
/// <param name="Student">Steps of each student.</param>
/// <param name="Supervised">Steps of the supervised baseline.</param>
/// <param name="Views">Views of each image that are labeled.</param>
internal sealed record DraftSteps(int Pretrain, int FineTune, int Student, int Supervised, int Views);
