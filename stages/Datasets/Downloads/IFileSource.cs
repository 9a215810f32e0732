using Distill.Pipeline.Options;

namespace Distill.Datasets.Downloads;

/// <summary>A place that may have published files.</summary>
internal interface IFileSource
{
    /// <summary>Its name within a sentence, such as "the installed Debian package".</summary>
    string Name { get; }

    /// <summary>Offers the intake what it has of its missing files; having none is no error.</summary>
    /// <exception cref="UserException">The source failed; the message says how.</exception>
    Task OfferAsync(Intake intake, CancellationToken cancellation);
}
