using System.CommandLine;
using System.Text.Json.Nodes;
using Distill.Cli.Output;
using Distill.Learning.Diagnostics;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill doctor</c>: shows the machine and compares the device's arithmetic with fp64.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var device = new Option<string>("--device")
        {
            Description = "Device to check: auto, cpu, cuda or cuda:N.",
            DefaultValueFactory = _ => "auto",
        };
        var json = CommonArguments.Json();
        var command = new Command("doctor", "Show versions and devices, and compare the device's arithmetic with fp64 on the CPU.")
        {
            device, json,
        };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(device), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string device, bool json)
    {
        var compute = Compute.Read(PipelineFile.Parse(new JsonObject { ["device"] = device }.ToJsonString(), "--device", _ => null));
        using var interruption = new Interruption();
        compute.Open(new DeviceRetry(TimeProvider.System, Console.Error.WriteLine), Console.Error.WriteLine, interruption.Token);
        var facts = MachineFacts.Collect(compute);
        if (!json)
        {
            DoctorReport.Write(facts);
        }

        var rows = new List<CheckRow>();
        foreach (var row in DeviceChecks.On(compute.Device))
        {
            interruption.Token.ThrowIfCancellationRequested();
            rows.Add(row);
            if (!json)
            {
                DoctorReport.Write(row);
            }
        }

        if (json)
        {
            Console.Out.WriteLine(DoctorReport.ToJson(facts, rows).ToJsonString(JsonFormat.Indented));
        }

        return CodeOf(rows);
    }

    internal static int CodeOf(IReadOnlyList<CheckRow> rows) => rows.All(row => row.Passed) ? ExitCodes.Done : ExitCodes.CheckFailed;
}
