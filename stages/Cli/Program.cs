using System.CommandLine;
using Stages.Cli.Commands;
using Stages.Cli.Output;

OutlivingWriter.Install();
var root = new RootCommand("Distill: from a pile of unlabelled images and a few labels to a compact classifier, by SimCLRv2.")
{
    RunCommand.Create(),
    StatusCommand.Create(),
    DataCommand.Create(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    PublishCommand.Create(),
    ResultsCommand.Create(),
    CrossValidateCommand.Create(),
    RehearseCommand.Create(),
    DoctorCommand.Create(),
};
return ExitCodes.Guard(() => root.Parse(args).Invoke(new InvocationConfiguration
{
    // Errors and signals are ours to answer: one message, and the exit codes of the README.
    EnableDefaultExceptionHandler = false,
}));
