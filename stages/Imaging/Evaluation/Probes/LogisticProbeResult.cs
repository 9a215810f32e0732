namespace Distill.Imaging.Evaluation.Probes;

/// <summary>A probe and how it was chosen.</summary>
/// <param name="Classifier">Fitted at the chosen strength to all images, held-out ones included.</param>
/// <param name="Strength">The chosen λ.</param>
/// <param name="Converged">Whether that last fit reached its tolerance.</param>
/// <param name="Sweep">Every strength tried, from the strongest.</param>
public sealed record LogisticProbeResult(
    LinearClassifier Classifier, double Strength, bool Converged, IReadOnlyList<SweepPoint> Sweep) : IDisposable
{
    public void Dispose() => Classifier.Dispose();
}
