"""What the invented postings and resumes of the load bench are made of: roles with their skills, places, employers."""

from __future__ import annotations

ROLES: dict[str, tuple[str, ...]] = {
    "Backend Engineer": ("Python", "SQL", "Kubernetes", "Docker", "PostgreSQL", "Redis", "Go", "microservices"),
    "Frontend Engineer": ("TypeScript", "React", "CSS", "JavaScript", "HTML", "accessibility", "GraphQL"),
    "Full Stack Engineer": ("TypeScript", "React", "Python", "SQL", "Docker", "Node.js"),
    "Data Engineer": ("Python", "SQL", "Apache Spark", "Airflow", "Kafka", "Snowflake", "data modelling"),
    "Data Scientist": ("Python", "statistics", "machine learning", "SQL", "PyTorch", "pandas"),
    "Machine Learning Engineer": ("Python", "PyTorch", "TensorFlow", "Kubernetes", "machine learning", "Docker"),
    "Data Analyst": ("SQL", "Tableau", "Excel", "statistics", "Python", "Power BI"),
    "DevOps Engineer": ("Kubernetes", "Terraform", "AWS", "Linux", "Docker", "Ansible", "Prometheus"),
    "Site Reliability Engineer": ("Linux", "Kubernetes", "Go", "Prometheus", "AWS", "Terraform"),
    "Security Engineer": ("cybersecurity", "penetration testing", "Linux", "Python", "AWS", "cryptography"),
    "Mobile Engineer": ("Swift", "Kotlin", "iOS", "Android", "Java"),
    "QA Engineer": ("software testing", "Selenium", "Python", "Java", "test automation"),
    "Product Manager": ("product management", "Agile", "market research", "SQL", "Jira"),
    "Project Manager": ("project management", "Agile", "Scrum", "risk management", "Jira", "budgeting"),
    "Product Designer": ("Figma", "user research", "prototyping", "typography", "accessibility"),
    "Marketing Manager": ("content marketing", "Google Analytics", "SEO", "copywriting", "budgeting"),
    "Account Executive": ("Salesforce", "negotiation", "sales strategy", "presentation", "CRM"),
    "Sales Development Representative": ("Salesforce", "cold calling", "CRM", "negotiation"),
    "Customer Success Manager": ("customer service", "CRM", "Salesforce", "presentation", "negotiation"),
    "Support Specialist": ("customer service", "Zendesk", "SQL", "troubleshooting"),
    "Accountant": ("accounting", "Excel", "tax law", "auditing", "SAP"),
    "Financial Analyst": ("financial analysis", "Excel", "SQL", "accounting", "budgeting"),
    "Recruiter": ("recruiting", "interviewing", "LinkedIn", "negotiation"),
    "Legal Counsel": ("contract law", "negotiation", "compliance", "legal research"),
    "Operations Manager": ("operations management", "budgeting", "logistics", "Excel", "leadership"),
    "Supply Chain Analyst": ("logistics", "Excel", "SAP", "SQL", "inventory management"),
    "Executive Assistant": ("scheduling", "Excel", "travel planning", "communication"),
    "Registered Nurse": ("patient care", "medication administration", "first aid", "triage"),
    "Physical Therapist": ("patient care", "rehabilitation", "anatomy", "exercise therapy"),
    "Social Worker": ("counselling", "case management", "crisis intervention", "communication"),
    "Teacher": ("lesson planning", "classroom management", "assessment", "communication"),
    "Research Scientist": ("statistics", "laboratory techniques", "Python", "scientific writing"),
    "Mechanical Engineer": ("CAD", "SolidWorks", "thermodynamics", "manufacturing", "MATLAB"),
    "Electrical Engineer": ("circuit design", "MATLAB", "PCB design", "electronics"),
    "Electrician": ("electrical wiring", "safety", "troubleshooting", "blueprints"),
    "Maintenance Technician": ("troubleshooting", "hydraulics", "welding", "safety"),
    "Warehouse Associate": ("inventory management", "forklift", "safety", "packaging"),
    "Truck Driver": ("driving", "logistics", "safety", "route planning"),
    "Store Manager": ("retail", "merchandising", "leadership", "customer service", "budgeting"),
    "Chef": ("cooking", "food safety", "menu planning", "leadership"),
}
"""Roles by how often they are hired, the most first."""
LEVELS = ("", "", "", "", "Senior ", "Senior ", "Junior ", "Lead ", "Staff ", "Principal ", "Head of ", "Intern ")
FIELDS = (
    "Payments", "Platform", "Growth", "Infrastructure", "Search", "Identity", "Billing", "Logistics", "Fraud",
    "Pricing", "Developer Tools", "Health", "Energy", "Mobility", "Education", "Robotics", "Climate", "Insurance",
    "Retail", "Enterprise", "Public Sector", "Mid-Market", "Internal Tools", "Observability", "Compliance",
    "Onboarding", "Marketplace", "Messaging", "Analytics", "Storage", "Night Shift", "Weekend", "North", "South",
    "Central", "Partnerships", "Trust", "Safety", "Forecasting", "Checkout",
)  # fmt: skip
PLACES: dict[str, tuple[str, ...]] = {
    "US": ("New York", "San Francisco", "Austin", "Seattle", "Boston", "Chicago", "Denver", "Atlanta", "Los Angeles",
           "Dallas", "Miami", "Portland", "Philadelphia", "Phoenix", "Columbus"),
    "DE": ("Berlin", "Munich", "Hamburg", "Cologne", "Frankfurt", "Stuttgart", "Leipzig"),
    "GB": ("London", "Manchester", "Edinburgh", "Bristol", "Leeds"),
    "FR": ("Paris", "Lyon", "Toulouse", "Nantes"),
    "NL": ("Amsterdam", "Rotterdam", "Utrecht"),
    "ES": ("Madrid", "Barcelona", "Valencia"),
    "PL": ("Warsaw", "Krakow", "Wroclaw"),
    "IN": ("Bengaluru", "Hyderabad", "Pune", "Mumbai"),
    "CA": ("Toronto", "Vancouver", "Montreal"),
    "AU": ("Sydney", "Melbourne"),
    "BR": ("Sao Paulo", "Curitiba"),
    "IE": ("Dublin", "Cork"),
}  # fmt: skip
PAY = {
    "US": ("USD", 95_000),
    "DE": ("EUR", 68_000),
    "GB": ("GBP", 60_000),
    "CA": ("CAD", 90_000),
    "FR": ("EUR", 52_000),
}
"""Currency and the middle of a year's pay, where postings say their pay."""
FIRST = (
    "Amber", "Blue", "Cedar", "Delta", "Ember", "Fern", "Granite", "Harbour", "Iris", "Juniper", "Kite", "Lantern",
    "Maple", "Nimbus", "Oak", "Pebble", "Quartz", "River", "Slate", "Timber", "Umber", "Violet", "Willow", "Yarrow",
)  # fmt: skip
SECOND = (
    "Analytics", "Bank", "Bikes", "Care", "Clinics", "Data", "Energy", "Foods", "Freight", "Games", "Health", "Homes",
    "Instruments", "Labs", "Logistics", "Media", "Motors", "Networks", "Payments", "Robotics", "Schools", "Software",
    "Stores", "Systems", "Textiles", "Travel", "Water", "Works",
)  # fmt: skip
SENTENCES = (
    "The team plans its own work and meets every Tuesday to look at what went well.",
    "Whoever joins writes down what was decided and why, so that others can follow.",
    "We pay for a course of your choice each year and leave time to attend it.",
    "You talk to the people who use what you make, at least once a month.",
    "There are two interviews and one paid exercise of half a day.",
    "Work starts between seven and ten; how the day is split is up to you.",
    "A colleague is at your side for the first three months.",
    "You share the duty of being reachable with seven others, one week in eight.",
    "Quality is everybody's task, and nobody ships alone.",
    "We measure before we change, and once more afterwards.",
    "Thirty days of leave are the rule, and they are taken.",
    "Reports are short, read by all, and kept.",
)
