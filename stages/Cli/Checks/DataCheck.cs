using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;

namespace Distill.Cli.Checks;

/// <summary>
/// Checks the data of a pipeline before anything is computed: for <c>distill data check</c>, and at the start of <c>distill run</c>. It
/// decodes no image that the scan has seen before.
/// </summary>
/// <param name="Data">What was checked.</param>
/// <param name="Findings">Everything that was found, the most important first.</param>
internal sealed record DataCheck(CheckedData Data, IReadOnlyList<Finding> Findings)
{
    private static readonly IReadOnlyList<Func<CheckedData, IEnumerable<Finding>>> Checks =
    [
        UsableCheck.Find, LabelCheck.Find, ClassCheck.Find, ContentCheck.Find, DuplicateCheck.Find, ColorCheck.Find, SizeCheck.Find,
        BatchCheck.Find,
    ];

    public IEnumerable<string> Errors => Findings.Where(finding => finding.IsError).Select(finding => finding.Message);

    public IEnumerable<string> Warnings => Findings.Where(finding => !finding.IsError).Select(finding => finding.Message);

    /// <summary>Runs all checks. A split that cannot be read is an error among the others.</summary>
    public static DataCheck Run(PipelineOptions options, IDataset dataset)
    {
        var findings = new List<Finding>();
        var train = Try(Split.Train, () => ReportOf(dataset, Split.Train));
        var test = Try(Split.Test, () => ReportOf(dataset, Split.Test));
        var labels = train?.Images is { } images ? Try(Split.Train, () => LabelSplit.Draw(images, options.Labels)) : null;
        var data = new CheckedData(options, train, test, labels);
        findings.AddRange(Checks.SelectMany(check => check(data)));
        return new DataCheck(data, [.. findings.OrderByDescending(finding => finding.IsError)]);

        T? Try<T>(Split split, Func<T> read)
            where T : class
        {
            try
            {
                return read();
            }
            catch (UserException error)
            {
                // The test split needs the classes of the training split, so an error in these ends both.
                if (findings.TrueForAll(finding => finding.Message != error.Message))
                {
                    findings.Add(new Finding(split, IsError: true, error.Message));
                }

                return null;
            }
        }
    }

    /// <summary>Throws all errors as one exception, one per line.</summary>
    /// <exception cref="UserException">There are errors.</exception>
    public void ThrowIfErrors()
    {
        if (Errors.Any())
        {
            throw new UserException(string.Join('\n', Errors));
        }
    }

    private static SplitReport ReportOf(IDataset dataset, Split split) =>
        dataset.Report(split) ?? SplitReport.Of(split == Split.Train ? dataset.Train() : dataset.Test(), split);
}
