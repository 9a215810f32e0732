using System.CommandLine;
using Distill.Cli.Commands;
using Distill.Cli.Output;
using Distill.Learning.Native.Loading;

BestEffortWriter.Install();
var root = new RootCommand("Train a compact image classifier from unlabeled images and a few labels (SimCLRv2).")
{
    RunCommand.Create(),
    LabelCommand.Create(),
    StatusCommand.Create(),
    DataCommand.Create(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    ServeCommand.Create(),
    PublishCommand.Create(),
    ResultsCommand.Create(),
    CrossValidateCommand.Create(),
    CompareCommand.Create(),
    RehearseCommand.Create(),
    InitCommand.Create(),
    DoctorCommand.Create(),
    OptionsCommand.Create(),
    SchemaCommand.Create(),
};
var parsed = root.Parse(args);
return ExitCodes.Guard(() =>
{
    // Only a command that runs needs libtorch; help and parse errors do not.
    if (parsed.Action == parsed.CommandResult.Command.Action)
    {
        LibTorch.Check();
        if (!SharedCommands.MayRun(parsed.CommandResult))
        {
            return ExitCodes.WrongInput;
        }
    }

    return parsed.Invoke(new InvocationConfiguration
    {
        // This program handles errors and signals itself: one message, and the exit codes of docs/resuming.md.
        EnableDefaultExceptionHandler = false,
    });
});
