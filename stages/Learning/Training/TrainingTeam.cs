using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Distill.Learning.Ranks;
using Distill.Pipeline.Options;

namespace Distill.Learning.Training;

/// <summary>What the ranks of a training decide together.</summary>
internal sealed class TrainingTeam(IRanks ranks)
{
    private const long Stop = 1;
    private const long Save = 2;

    public IRanks Ranks => ranks;

    /// <summary>Decides after a step what all ranks do next.</summary>
    /// <param name="stop">Whether this rank was asked to stop. One is enough.</param>
    /// <param name="save">Whether a checkpoint is due, as the leader sees it.</param>
    public (bool Stop, bool Save) Decide(bool stop, bool save)
    {
        var words = ranks.Exchange((stop ? Stop : 0) | (save ? Save : 0));
        return (words.Any(word => (word & Stop) != 0), words.Any(word => (word & Save) != 0));
    }

    /// <summary>Checks that all ranks have the same weights.</summary>
    /// <param name="checksum">Returns a number that depends on every bit of this rank's weights.</param>
    /// <param name="step">Steps done.</param>
    /// <exception cref="UserException">A rank has other weights than the leader.</exception>
    public void CheckWeights(Func<long> checksum, long step)
    {
        if (ranks.Count > 1)
        {
            var all = ranks.Exchange(checksum());
            var other = Array.FindIndex(all, sum => sum != all[0]);
            EndTogether(other < 0 ? null : new UserException(FormattableString.Invariant(
                $"rank {other} has other weights than rank 0 after step {step}. All ranks need the same kind of processor or GPU, the ")
                + "same libtorch and the same data; run the same command again to resume from the last checkpoint"));
        }
    }

    /// <summary>Ends the training with an error that every rank has at this place, so none waits for another. Null does nothing.</summary>
    public void EndTogether(Exception? error)
    {
        if (error is not null)
        {
            EndTogetherWith(error);
        }
    }

    /// <inheritdoc cref="EndTogether"/>
    [DoesNotReturn]
    public void EndTogetherWith(Exception error)
    {
        ranks.IsTraining = false;
        ExceptionDispatchInfo.Throw(error);
    }
}
