namespace Distill.Cli.Planning;

/// <summary>How far a rehearsal is scaled down.</summary>
/// <param name="Width">Multiplies the width of every network; 1 for full size.</param>
/// <param name="BatchSize">Images a step, at most.</param>
/// <param name="Steps">Steps of every training.</param>
/// <param name="ImageSize">Height and width of the images, at most.</param>
internal sealed record RehearsalScale(double Width, int BatchSize, int Steps, int ImageSize);
