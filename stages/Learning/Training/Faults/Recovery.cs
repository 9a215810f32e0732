namespace Distill.Learning.Training.Faults;

/// <summary>What is done about a step whose loss or gradient is no finite number.</summary>
internal enum Recovery
{
    /// <summary>Its gradient is thrown away; the next step follows.</summary>
    LeaveOut,

    /// <summary>The same, and from here on the rate is half of what it was.</summary>
    LowerRate,

    /// <summary>Back to the newest checkpoint.</summary>
    GoBack,

    /// <summary>Nothing more is tried.</summary>
    GiveUp,
}
