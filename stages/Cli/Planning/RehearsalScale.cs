namespace Distill.Cli.Planning;

/// <summary>The scale of a rehearsal.</summary>
/// <param name="Width">Factor on the width of every network; 1 keeps the full width.</param>
/// <param name="BatchSize">Maximum number of images per step.</param>
/// <param name="Steps">Training steps per stage.</param>
/// <param name="ImageSize">Maximum height and width of the images in pixels.</param>
internal sealed record RehearsalScale(double Width, int BatchSize, int Steps, int ImageSize);
