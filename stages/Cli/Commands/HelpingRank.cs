using System.Text;
using Distill.Cli.Planning;
using Distill.Learning.Ranks;
using Distill.Learning.Ranks.Nccl;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;

namespace Distill.Cli.Commands;

/// <summary>A process that helps the one that leads: it takes part in every training, and waits between them.</summary>
internal static class HelpingRank
{
    private const string WithNccl = ", with NCCL";

    private static string Version => ProgramVersion.Current.ToString();

    /// <summary>
    /// Returns what the leader sends first: it has read the pipeline, so errors in it are shown once. Before this, no rank may expect
    /// anything of another.
    /// </summary>
    public static byte[] Greeting(IRanks ranks) => Encoding.UTF8.GetBytes(Version + (ranks is NcclRanks ? WithNccl : ""));

    /// <summary>Helps until the leader is done.</summary>
    /// <param name="ranks">All processes.</param>
    /// <param name="load">Reads the pipeline.</param>
    /// <exception cref="UserException">This process cannot help; the message names it.</exception>
    public static int Run(IRanks ranks, Func<PipelineOptions> load)
    {
        // Signals reach all ranks, and each must save time for the leader to save.
        using var interruption = new Interruption(message: null);
        var greeting = ranks.Broadcast(null);
        if (greeting.Length == 0)
        {
            return ExitCodes.Done;
        }

        try
        {
            ranks.IsTraining = true;
            var said = Encoding.UTF8.GetString(greeting);
            var version = said.EndsWith(WithNccl, StringComparison.Ordinal) ? said[..^WithNccl.Length] : said;
            if (version != Version)
            {
                throw new UserException($"this is {Version}, but rank 0 is {version}");
            }

            var options = load();
            if (!greeting.AsSpan().SequenceEqual(Greeting(options.Settings.Ranks)))
            {
                throw new UserException(
                    $"{NcclRanks.Variable} differs from that of rank 0: start all with mpirun -x {NcclRanks.Variable}=1, or none");
            }

            // The leader shows all messages about images and device.
            var session = Session.Open(options, isSilent: true, interruption.Token);
            options.Settings.Compute.Open(new DeviceRetry(TimeProvider.System, _ => { }), _ => { }, interruption.Token);
            Help(ranks, session, interruption.Token);
            return ExitCodes.Done;
        }
        catch (Exception error) when (ranks.IsTraining)
        {
            throw new UserException(
                $"rank {ranks.Rank} on {Environment.MachineName}: {FirstError.In(error).Message.TrimEnd('.')}. All ranks end. "
                + "Progress is saved; run the same command again to resume.");
        }
    }

    private static void Help(IRanks ranks, Session session, CancellationToken cancellation)
    {
        var helper = new StageHelper(session.Plan.ModelsFolder, session.Plan.Stages, TimeProvider.System);
        while (true)
        {
            ranks.IsTraining = false;
            var call = ranks.Broadcast(null);
            if (call.Length == 0)
            {
                return;
            }

            ranks.IsTraining = true;
            try
            {
                helper.Run(StageCall.Parse(call), cancellation);
            }
            catch (Exception) when (!ranks.IsTraining)
            {
                // All ranks ended the training with this error, and the leader reports it.
            }
        }
    }
}
