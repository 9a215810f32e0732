using System.Globalization;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.Cli.Commands;

/// <summary>The part of the work that belongs to this task of a job array of Slurm, Kubernetes or AWS Batch.</summary>
/// <param name="variable">Returns an environment variable; null if it is not set.</param>
internal sealed class ArrayTask(Func<string, string?> variable)
{
    private const string SlurmIndex = "SLURM_ARRAY_TASK_ID";
    private const string KubernetesIndex = "JOB_COMPLETION_INDEX";
    private const string AwsIndex = "AWS_BATCH_JOB_ARRAY_INDEX";

    /// <summary>Returns the part of the work.</summary>
    /// <param name="part">The part as the user gave it, such as 0/4; null for that of the array's task, or for all.</param>
    /// <param name="parts">The number of parts as the user gave it; null to ask the array.</param>
    /// <exception cref="UserException">Index or number of the parts is unknown, or they contradict each other.</exception>
    public WorkPart Part(string? part, int? parts)
    {
        if (part is not null)
        {
            return parts is null
                ? WorkPart.Parse(part)
                : throw new UserException("found both --part and --parts, expected one of them: --part has the number of parts, as in 0/4");
        }

        var name = new[] { SlurmIndex, KubernetesIndex, AwsIndex }.FirstOrDefault(index => variable(index) is not null);
        if (name is null)
        {
            return parts is null or 1 ? WorkPart.Whole : throw new UserException(
                $"--parts: found {parts}, but none of {SlurmIndex}, {KubernetesIndex} and {AwsIndex} tells which part to do; use --part");
        }

        var (index, count) = (Number(name)!.Value, parts ?? CountOf(name));
        return index < count ? new WorkPart(index, count) : throw new UserException(
            $"{name}: found {index}, expected less than {count}, the number of parts; the tasks of the array must be 0 to {count - 1}");
    }

    private int CountOf(string name)
    {
        var count = name switch
        {
            // A task that is repeated alone, as in --array=2, would take itself for the only one.
            SlurmIndex when Number("SLURM_ARRAY_TASK_MIN") == 0 && Number("SLURM_ARRAY_TASK_MAX") + 1 == Number("SLURM_ARRAY_TASK_COUNT")
                => Number("SLURM_ARRAY_TASK_COUNT"),
            AwsIndex => Number("AWS_BATCH_JOB_ARRAY_SIZE"),
            _ => null,
        };
        return count ?? throw new UserException($"{name} is set, but nothing tells the number of parts: add --parts");
    }

    private int? Number(string name) => variable(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new UserException($"{name}: found \"{text}\", expected an integer from 0");
}
