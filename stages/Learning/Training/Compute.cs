using Distill.Learning.Native;
using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Where and in what arithmetic networks run.</summary>
/// <param name="Device">The CPU or one CUDA GPU.</param>
/// <param name="Bf16">Whether forward passes run under bf16 autocast.</param>
public sealed record Compute(Device Device, bool Bf16)
{
    /// <summary>Reads <c>device</c> (auto, cpu, cuda or cuda:N) and <c>precision</c> (auto, fp32, bf16).</summary>
    public static Compute Read(JsonSection section)
    {
        var name = section.Text("device", "auto", "auto, cpu, cuda or cuda:N.");
        var device = name switch
        {
            "auto" => cuda.is_available() ? CUDA : CPU,
            "cpu" => CPU,
            _ when name == "cuda" || name.StartsWith("cuda:", StringComparison.Ordinal) => new Device(DeviceType.CUDA, GpuNumber(section, name)),
            _ => throw section.Error("device", $"found \"{name}\", expected auto, cpu, cuda or cuda:N"),
        };
        var gpu = device.type == DeviceType.CUDA ? CudaDriver.Gpu(Math.Max(0, device.index)) : null;
        var (bf16, note) = Chosen(section.Choice("precision", Precision.Auto, "Arithmetic of training. auto: bf16 on a GPU of compute capability 8.0 or later and on CPUs with instructions for it, else fp32."), device.type, gpu, Processor.MultipliesBf16);
        var missing = Missing(section, name, device);
        if (device.type == DeviceType.CUDA && missing is null)
        {
            SetUpGpu();
        }

        return new Compute(device, bf16) { Refusal = missing, PrecisionNote = note };
    }

    /// <summary>Whether to compute in bf16, and a note where <c>auto</c> does not choose what is usual on such a device.</summary>
    /// <param name="precision">What the pipeline says.</param>
    /// <param name="device">CPU or CUDA.</param>
    /// <param name="gpu">The GPU chosen; null where the driver says nothing of it, or on a CPU.</param>
    /// <param name="cpuMultipliesBf16">Whether the CPU has instructions for bf16.</param>
    internal static (bool Bf16, string? Note) Chosen(
        Precision precision, DeviceType device, CudaGpu? gpu, bool cpuMultipliesBf16) => (precision, device, gpu) switch
    {
        (Precision.Bf16, _, _) => (true, null),
        (Precision.Fp32, _, _) => (false, null),
        (_, DeviceType.CPU, _) => (cpuMultipliesBf16, null),
        (_, _, { MultipliesBf16: false }) => (false, FormattableString.Invariant(
            $"precision \"auto\" is fp32 here: {gpu.Name} has compute capability {gpu.Capability}, and bf16 needs 8.0")),
        _ => (true, null),
    };


    /// <summary>Why nothing can run on the device here. That is no reason not to read the pipeline: a machine without a GPU may ask how it stands.</summary>
    private UserException? Refusal { get; init; }

    /// <summary>What the user should know of the choice of precision; null for nothing.</summary>
    private string? PrecisionNote { get; init; }

    /// <summary>The same place in fp32: for measuring, where speed matters less than the last digit.</summary>
    public Compute InFp32 => this with { Bf16 = false };

    /// <summary>To be called before anything runs on the device.</summary>
    /// <exception cref="UserException">This machine or this build has no such device.</exception>
    public void Check()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }

    /// <summary>Makes something on the device, so that a GPU which another process has to itself is found out now, and waited for a while.</summary>
    /// <param name="retry">Tries again while another process has the GPU.</param>
    /// <param name="note">Told of what the user should know of the device.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="UserException">This machine or this build has no such device.</exception>
    public void Open(DeviceRetry retry, Action<string> note, CancellationToken cancellation)
    {
        Check();
        if (PrecisionNote is not null)
        {
            note(PrecisionNote);
        }

        if (Device.type == DeviceType.CUDA)
        {
            retry.Run(() => zeros(1, device: Device).Dispose(), cancellation);
        }
    }

    /// <summary>Runs forward passes in the chosen arithmetic until disposed.</summary>
    public IDisposable BeginAutocast() => Autocast.Begin(Device.type, Bf16);

    /// <summary>Moves a network to the device. Before <see cref="Optimizers.FlatParameters"/>: moving replaces parameters.</summary>
    public void MoveTo(nn.Module network) => network.to(Device);

    public override string ToString() => $"{Device}, {(Bf16 ? "bf16" : "fp32")}";

    /// <summary>What a GPU is set to. TF32, of 10 bits of mantissa, is off: bf16 is for speed, and what is left in fp32, such as losses and measurements, is to be exact.</summary>
    private static void SetUpGpu()
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
    }

    private static int GpuNumber(JsonSection section, string name)
    {
        var index = 0;
        return name == "cuda" || (int.TryParse(name["cuda:".Length..], out index) && index >= 0)
            ? index
            : throw section.Error("device", $"found \"{name}\", expected cuda:N, where N is the number of a GPU");
    }

    private static UserException? Missing(JsonSection section, string name, Device device)
    {
        var gpus = cuda.is_available() ? cuda.device_count() : 0;
        return device.type == DeviceType.CPU || device.index < gpus
            ? null
            : section.Error("device", $"found \"{name}\", but this build finds {gpus} CUDA GPUs; "
                + "use \"auto\" or \"cpu\", or build with -p:Accelerator=cuda on a machine with a CUDA driver");
    }
}
