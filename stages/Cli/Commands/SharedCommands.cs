using System.CommandLine.Parsing;
using Distill.Learning.Ranks;
using Distill.Pipeline.Options;

namespace Distill.Cli.Commands;

/// <summary>Which commands mpirun and srun may start as several processes.</summary>
internal static class SharedCommands
{
    // The first trains together; the others write nothing.
    private static readonly string[] Names = ["run", "status", "results", "doctor", "options", "schema"];

    /// <summary>Whether a command may go on; false if another process shows why it may not.</summary>
    /// <param name="command">Name of the command.</param>
    /// <exception cref="UserException">It may not.</exception>
    public static bool MayRun(CommandResult command)
    {
        var name = NameOf(command);
        try
        {
            if (!Names.Contains(name))
            {
                RankLauncher.RefuseSeveral(name);
            }

            return true;
        }
        catch (UserException) when (RankLauncher.IsShownByAnother)
        {
            return false;
        }
    }

    /// <summary>The name with those above it, such as "data check".</summary>
    private static string NameOf(CommandResult command) => command.Parent is CommandResult { Parent: not null } above
        ? $"{NameOf(above)} {command.Command.Name}"
        : command.Command.Name;
}
