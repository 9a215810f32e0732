namespace Distill.Learning.Training.Faults;

/// <summary>What is done about a step whose loss or gradient is no finite number.</summary>
internal enum Recovery
{
    /// <summary>Its gradient is thrown away; the next step follows.</summary>
    SkipStep,

    /// <summary>The same, and from here on the rate is half of what it was.</summary>
    ReduceLearningRate,

    /// <summary>Back to the newest checkpoint.</summary>
    RestoreCheckpoint,

    /// <summary>Nothing more is tried.</summary>
    Fail,
}
